module book

go 1.25
