"""The init container: downloads the inputs and checks out the commit that the agent starts from."""
