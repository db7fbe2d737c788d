"""What a deploy needs of a workspace, looked at before anything is done: what is there, what is free, who may."""
