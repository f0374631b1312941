"""The command line as a program that processes started by spawning can import again."""

from driver.cli.main import main

if __name__ == "__main__":
    main()
