"""The bases of the API: views, serializers that obey field classes, paging, the error envelope."""
