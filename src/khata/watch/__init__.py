"""What an operator watches: lines of the log, figures and traces. Anybody above may write there."""
