"""Tables to groups, groups to pipelines, pipelines to stacks. Pure."""
