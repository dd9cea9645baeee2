module lane

go 1.26.0

require github.com/sigstore/gitsign v0.16.1
