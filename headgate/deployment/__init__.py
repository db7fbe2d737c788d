"""What is to exist in a workspace: typed values, resolved once from layout and target, in no tool's form."""
