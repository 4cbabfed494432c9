/** The object identifiers of tokens and certificates: the content of their DER in hexadecimal. */
export const OID = {
  // RFC 5652
  signedData: '2a864886f70d010702',
  contentType: '2a864886f70d010903',
  messageDigest: '2a864886f70d010904',
  // RFC 3161 and RFC 5816
  tstInfo: '2a864886f70d0109100104',
  signingCertificateV2: '2a864886f70d010910022f',
  timeStamping: '2b06010505070308',
  // RFC 5754
  sha256: '608648016503040201',
  sha384: '608648016503040202',
  sha512: '608648016503040203',
  // RFC 8017
  rsa: '2a864886f70d010101',
  mgf1: '2a864886f70d010108',
  rsaPss: '2a864886f70d01010a',
  rsaSha256: '2a864886f70d01010b',
  rsaSha384: '2a864886f70d01010c',
  rsaSha512: '2a864886f70d01010d',
  // RFC 5480 and RFC 5758
  ecKey: '2a8648ce3d0201',
  p256: '2a8648ce3d030107',
  p384: '2b81040022',
  ecdsaSha256: '2a8648ce3d040302',
  ecdsaSha384: '2a8648ce3d040303',
  ecdsaSha512: '2a8648ce3d040304',
  // RFC 5280
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  basicConstraints: '551d13',
  certificatePolicies: '551d20',
  authorityKeyIdentifier: '551d23',
  extendedKeyUsage: '551d25',
  anyExtendedKeyUsage: '551d2500',
} as const;
