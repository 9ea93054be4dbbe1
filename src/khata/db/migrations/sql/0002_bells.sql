-- What is rung for: work on many machines, and when each kind of it is due.

-- Of one tenant: when each kind of its work is next due; a kind that waits for nothing has no row.
-- A kind is added here, and whoever does not know it passes it over (compare due_times, whose
-- columns the release before reads by their number).
create function kinds_due(of_tenant uuid)
  returns table (kind text, at timestamptz)
  language sql stable
  begin atomic
    select v.kind, v.at
      from due_times(of_tenant) d
      cross join lateral (values
        ('close', d.close), ('billing', d.billing), ('events', d.events), ('asks', d.asks),
        ('payments', d.payments), ('refunds', d.refunds), ('reminders', d.reminders),
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
