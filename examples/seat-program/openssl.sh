#!/bin/sh
# A seat program for trying: the key is a file (BESURE_SEAT_KEY, PEM) that OpenSSL reads.
case "$1" in
public-key) exec openssl pkey -in "$BESURE_SEAT_KEY" -pubout ;;
sign) exec openssl dgst -sha256 -sign "$BESURE_SEAT_KEY" ;;
*) exit 64 ;;
esac
