-- Documents that are kept: what was rendered once is given out again, to the byte.
select;
