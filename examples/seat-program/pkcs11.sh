#!/bin/sh
# A seat program for a card or token with a P-256 key: PKCS11_MODULE is its driver's library, PKCS11_ID the key's id in
# hexadecimal. The PIN is asked for on the terminal, or taken from PKCS11_PIN. Needs OpenSC's pkcs11-tool, and OpenSSL.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case "$1" in
public-key)
  pkcs11-tool --module "$PKCS11_MODULE" --read-object --type pubkey --id "$PKCS11_ID" --output-file "$folder/key" >&2
  openssl pkey -pubin -inform DER -in "$folder/key" -pubout
  ;;
sign)
  openssl dgst -sha256 -binary >"$folder/hash"
  pkcs11-tool --module "$PKCS11_MODULE" --login ${PKCS11_PIN:+--pin "$PKCS11_PIN"} --sign --mechanism ECDSA \
    --signature-format openssl --id "$PKCS11_ID" --input-file "$folder/hash" --output-file "$folder/signature" >&2
  cat "$folder/signature"
  ;;
*) exit 64 ;;
esac
