"""Amazon API Gateway: REST APIs, their stages and usage plans, and custom domain names."""

from bartizan.resources.apigateway.types import DomainName, Method, RestApi, Stage, UsagePlan

__all__ = ["DomainName", "Method", "RestApi", "Stage", "UsagePlan"]
