import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs a program to its end: wall milliseconds, output included. @throws {Error} it failed */
export async function run(program, args, env = {}) {
  const start = performance.now()
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text
    })
  }
  const exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const wall = performance.now() - start
  if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}: ${output.stderr}`)
  return { wall, stdout: output.stdout }
}

/** Runs a program of this folder in a fresh Node process. */
export function runNode(file, args = [], env = {}) {
  return run(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], env)
}

/** One measurement with one client in a fresh process. */
export async function measureClient(scenario) {
  const { stdout } = await runNode('client.mjs', [JSON.stringify(scenario)])
  return JSON.parse(stdout)
}
