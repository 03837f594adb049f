import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { normalize, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { BrowserPage, chromiumPath } from '../support/chromium.ts'
import {
  codecVectors,
  exampleCode,
  expected,
  scenario,
  scenarioServer,
} from '../support/protocol-example.ts'

const missing = chromiumPath() === null ? ', skipped: there is no chromium' : ''
/** A browser that hangs says so in a minute. */
const timeout = 60_000
const dist = resolve(import.meta.dirname, '../../dist')

const page = `<!doctype html><title>podwire/protocol</title>
<script type="importmap">{ "imports": { "podwire/protocol": "/dist/protocol/index.js" } }</script>`

/** The page, the example and the built package, as any file server would serve them. */
function serveFiles(): Server {
  const files: Readonly<Record<string, string>> = {
    '/example.js': exampleCode(),
    '/scenario.js': scenario,
    '/codec-vectors.js': codecVectors,
  }
  return createServer(({ url = '/' }, response) => {
    const script = url.startsWith('/dist/')
      ? readFileSync(resolve(dist, normalize(url).slice('/dist/'.length)))
      : files[url]
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript')
    response.end(script ?? page)
  })
}

describe.skipIf(missing !== '')(`podwire/protocol in a browser${missing}`, () => {
  let server: TestServer
  let files: Server
  let browser: BrowserPage
  beforeAll(async () => {
    server = await scenarioServer()
    files = serveFiles()
    await once(files.listen(0, '127.0.0.1'), 'listening')
    browser = await BrowserPage.open(['--ignore-certificate-errors'])
    // The server asks for a client certificate. Chromium goes on without one for a page only, and remembers that.
    await browser.goto(`${server.url}/version`)
    await browser.goto(`http://127.0.0.1:${(files.address() as AddressInfo).port}/`)
  }, timeout)
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    files?.close()
    await server?.close()
  })

  it(
    'the documented example runs over its WebSocket, with the token as a subprotocol',
    async () => {
      const address = JSON.stringify(server.url.replace('https', 'wss'))
      const token = JSON.stringify(server.token)
      const results = await browser.evaluate(
        `import('/scenario.js').then(({ run }) => run(${address}, ${token}))`,
      )
      expect(results).toEqual(expected)
    },
    timeout,
  )
})
