"""Runs the operators' command: `python -m deploy.stopso`."""

from deploy.stopso.cli import main

if __name__ == "__main__":
    main()
