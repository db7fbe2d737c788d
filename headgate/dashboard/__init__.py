"""The dashboard: a web application that shows the layout, the runs and the data, and changes nothing."""
