// ajv with the JSON schema that the credential names.

import {Ajv2019} from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';

const compiled = new Map();

export async function judge(credential) {
  const verdicts = [];
  for (const {id} of credential.credentialSchema) {
    const validate = compiled.get(id) ?? await compile(id);
    verdicts.push(validate(credential) ? [] : validate.errors);
  }
  const errors = verdicts.flat();
  return {
    accepted: verdicts.length > 0 && errors.length === 0,
    why: errors.map(({instancePath, message}) => `${instancePath} ${message}`).join('; '),
  };
}

async function compile(id) {
  const ajv = new Ajv2019({allErrors: true, strict: false});
  addFormats.default(ajv);
  const validate = ajv.compile(await (await fetch(id)).json());
  compiled.set(id, validate);
  return validate;
}
