"""`khata doctor`: is everything here that the engine needs?"""
