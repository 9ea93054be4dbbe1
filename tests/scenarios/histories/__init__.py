"""Random histories of one customer, and a simple model of what they must come to.

The model knows days, whole numbers and fractions, and none of the engine's own functions:
`days` the calendar, `papers` what is billed and credited, `coupons` and `purse` what lowers and
pays it, `life` the subscription that makes all of that. `commands` draws histories, `obey` lives
one on the engine and in the model, `compare` looks at both.
"""
