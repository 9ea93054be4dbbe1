-- News that leaves: events in the order of what they are about, and the stream.
select;
