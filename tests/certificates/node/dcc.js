// @digitalcredentials/verifier-core, as wallets and verifiers of that family use it.

import {verifyCredential} from '@digitalcredentials/verifier-core';

export async function judge(credential) {
  const result = await verifyCredential({credential, knownDIDRegistries: []});
  const log = Object.fromEntries((result.log ?? []).map((step) => [step.id, step]));
  const checked = result.additionalInformation?.find(({id}) => id === 'schema_check');
  const schemas = Array.isArray(checked?.results) ? checked.results : [];
  const revocation = log.revocation_status;
  return {
    accepted: [log.valid_signature, log.expiration, revocation].every((step) => step?.valid),
    signed: log.valid_signature?.valid ?? false,
    revoked: revocation !== undefined && !revocation.error && !revocation.valid,
    // null: it could not read the schema
    schema: schemas.length ? schemas.every(({result}) => result.valid) : null,
    why: [...(result.errors ?? []), revocation?.error]
      .filter(Boolean).map(({name, message}) => `${name}: ${message}`).join('; '),
  };
}
