"""As much of the protocol of MySQL and MariaDB as a query of one value takes."""
