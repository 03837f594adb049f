import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatTraceEvent } from '../../src/protocol/index.ts'
import { BrowserPage, chromiumPath } from '../support/chromium.ts'
import { testCluster } from '../support/test-cluster.ts'

const missing = chromiumPath() === null ? ': skipped, there is no chromium' : ''

const cli = join(import.meta.dirname, '../../dist/cli/main.js')

describe.skipIf(missing !== '')(`the page of a trace${missing}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'podwire-trace-'))
  const file = join(folder, 'session.jsonl')
  let page: BrowserPage
  let url: string
  let program: ReturnType<typeof spawn>

  beforeAll(async () => {
    const t = await testCluster()
    const lines: string[] = []
    await t.pod.exec(['sh', '-c', 'cat; echo "<b>bold</b>" >&2; exit 3'], {
      stdin: 'hello',
      trace: (event) => lines.push(formatTraceEvent(event)),
    })
    await t.server.close()
    writeFileSync(file, lines.join('\n'))
    program = spawn(process.execPath, [cli, 'trace', 'show', '--web', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const output = createInterface({ input: program.stdout as NodeJS.ReadableStream })
    url = (await output[Symbol.asyncIterator]().next()).value
    page = await BrowserPage.open()
  })

  afterAll(async () => {
    await page[Symbol.asyncDispose]()
    const ended = new Promise((resolve) => program.once('exit', resolve))
    program.kill('SIGTERM')
    expect(await ended).toBe(143)
    rmSync(folder, { recursive: true })
  })

  const textOf = (id: string) => page.evaluate<string>(`document.getElementById('${id}').innerText`)
  const rows = () =>
    page.evaluate<string[][]>(
      `[...document.querySelectorAll('#rows tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`,
    )

  it('shows the session', async () => {
    await page.goto(url)
    await page.waitFor(`!document.getElementById('result').hidden`)
    const summary = await textOf('summary')
    expect(summary).toContain('exec in default/web-0 (app), stdin stdout stderr, v5.channel.k8s.io')
    expect(summary).toContain('exit code 3')
    expect(summary).toContain('close code 1000')
    const events = (await rows()).map(([, ...cells]) => cells)
    expect(events).toContainEqual(['>', 'stdin', '5', '"hello"'])
    expect(events).toContainEqual(['<', 'stdout', '5', '"hello"'])
    expect(events).toContainEqual(['<', 'stderr', '12', '"<b>bold</b>\\n"'])
    expect(await textOf('contents')).toContain('< stderr: 12 bytes')
    expect(await page.evaluate(`document.querySelectorAll('b').length`)).toBe(0)
    expect(await page.evaluate(`document.querySelector('#lanes svg').ariaLabel`)).toMatch(
      /^\d+ events in/,
    )
  })

  it('hides what is not wanted', async () => {
    await page.evaluate(
      `for (const box of document.querySelectorAll('#filters input'))
        if (box.parentElement.textContent.trim() !== 'status') box.click()`,
    )
    expect((await rows()).map(([, , what]) => what)).toEqual(['status'])
  })

  it('decodes hex bytes', async () => {
    await page.evaluate(
      `document.getElementById('input').value = '< 01 68 69\\n> ff 00\\n01';
      document.querySelector('button').click()`,
    )
    expect((await rows()).slice(1).map(([, ...cells]) => cells)).toEqual([
      ['<', 'stdout', '2', '"hi"'],
      ['>', 'close', '1', 'stdin ends'],
      ['<', 'stdout', '0', ''],
    ])
  })

  it('says what it does not understand', async () => {
    await page.evaluate(
      `document.getElementById('input').value = 'zz'; document.querySelector('button').click()`,
    )
    expect(await textOf('notice')).toBe("line 1 is neither a trace's nor hex bytes")
  })

  it('is for those only who have its address', async () => {
    const { origin } = new URL(url)
    for (const path of ['/', '/site/', '/trace.jsonl', new URL('../cli/main.js', url).pathname]) {
      expect([path, (await fetch(origin + path)).status]).toEqual([path, 404])
    }
    const own = await fetch(url)
    expect(own.headers.get('content-security-policy')).toContain("default-src 'none'")
  })
})
