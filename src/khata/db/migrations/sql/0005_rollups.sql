-- Sums kept as they grow, so that a page reads few rows.
select;
