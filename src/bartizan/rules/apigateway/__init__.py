"""Checks of REST APIs in Amazon API Gateway, their stages, usage plans and domain names."""
