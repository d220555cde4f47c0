"""What every service uses: calls, resources, state, errors and versions."""
