// SPDX-License-Identifier: Apache-2.0
// The AWS Encryption SDK for JavaScript over KMS-compatible servers: the same job on standard
// input and the same answer as esdk_python.py, writing to FOLDER/node. ESDK_JS is the folder that
// holds the SDK's node_modules.

import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const sdk = createRequire(path.resolve(process.env.ESDK_JS, 'x.js'))('@aws-crypto/client-node')

const job = JSON.parse(fs.readFileSync(0, 'utf8'))
const [accessKeyId, secretAccessKey] = job.credentials
const client = sdk.buildClient({
  commitmentPolicy: sdk.CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys: false
})

// One keyring over all Regions of the job; the first generates. A Region that is not named has no
// client.
const clients = Object.fromEntries(job.via.map(region => [region, new sdk.KMS({
  region,
  endpoint: job.regions[region].endpoint,
  credentials: { accessKeyId, secretAccessKey },
  maxAttempts: 1
})]))
const [generatorKeyId, ...keyIds] = job.via.map(region => job.regions[region].arn)
const keyring = new sdk.KmsKeyringNode({
  clientProvider: region => clients[region] ?? false, generatorKeyId, keyIds
})

const plaintextOf = test => Buffer.from(test.plaintext, 'base64')

async function write (name, test) {
  const { result } = await client.encrypt(keyring, plaintextOf(test), {
    encryptionContext: test.context,
    suiteId: parseInt(test.suite, 16),
    frameLength: test['frame-length'] || 4096
  })
  fs.writeFileSync(path.join(job.folder, 'node', `${name}.bin`), result)
}

function sameContext (a, b) {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every(k => Object.hasOwn(b, k) && a[k] === b[k])
}

async function open (name, test) {
  const message = fs.readFileSync(path.join(job.folder, job.writer, `${name}.bin`))
  const { plaintext, messageHeader } = await client.decrypt(keyring, message)
  const context = { ...messageHeader.encryptionContext }
  delete context['aws-crypto-public-key']
  if (!sameContext(context, test.context)) throw new Error('another encryption context')
  if (!plaintext.equals(plaintextOf(test))) throw new Error('another plaintext')
  if (messageHeader.suiteId !== parseInt(test.suite, 16)) throw new Error('another suite')
}

let done = 0
const failed = {}
for (const [name, test] of Object.entries(job.tests)) {
  try {
    await { write, open }[job.mode](name, test)
    done++
  } catch (error) {
    failed[name] = `${error.name}: ${error.message}`.split('\n', 1)[0]
  }
}
process.stdout.write(JSON.stringify({ done, failed }))
