"""The init container: downloads the inputs and checks out the one commit that the agent starts from."""
