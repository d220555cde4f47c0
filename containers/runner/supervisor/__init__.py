"""The container beside the agent: starts the work, follows the agent, collects and hands over the change."""
