-- News that leaves: events in the order of what they are about, webhooks, the stream.
select;
