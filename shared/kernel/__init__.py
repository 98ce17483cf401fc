"""The pure core that every other module may use: identifiers, money, time and the four broken promises."""
