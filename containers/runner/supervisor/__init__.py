"""The container beside the agent: starts and watches the agent, then collects and uploads its change."""
