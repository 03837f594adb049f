import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Writes the code of the package: a file per entry and few that they share, because Node takes longer to find and load
 * a hundred small modules than to run them. What two entries use is in a file of its own, so that each class exists
 * once. It is minified, because it is loaded more often than read; the names of classes stay, which people do see.
 * @param {string} root
 * @param {string} dist
 * @param {readonly string[]} external the packages that are installed beside this one
 */
export async function bundle(root, dist, external) {
  const source = (/** @type {string} */ name) => resolve(root, `src/${name}.ts`)
  const bundled = await rolldown({
    cwd: root,
    input: Object.fromEntries(entries.map((name) => [name, source(name)])),
    platform: 'node',
    external: [...external],
    tsconfig: false,
    transform: { target: 'es2023' },
    plugins: [quickImports, fewAnnotations],
    // On a machine with much else to do everything is slow.
    checks: { pluginTimings: false },
    onLog(level, { code, message }) {
      // What the library loads when it is used may be what the command line always needs.
      if (code === 'INEFFECTIVE_DYNAMIC_IMPORT') return
      // Such as an import that leads nowhere.
      if (level === 'warn') throw new Error(message)
    },
  })
  await bundled.write({
    dir: dist,
    // Shared files are named after their last module; that of the client is the folder's index.
    chunkFileNames: ({ name }) => `shared/${name === 'src' ? 'client' : name}.js`,
    // The declarations have the documentation.
    comments: { annotation: true, jsdoc: false, legal: false },
    minify: {
      compress: true,
      mangle: { keepNames: { class: true, function: false } },
      codegen: { removeWhitespace: true },
    },
    codeSplitting: {
      groups: groups.map(([name, pattern], index) => ({
        name,
        test: new RegExp(`/src/(${pattern})\\.ts$`.replaceAll('/', '[\\\\/]')),
        priority: groups.length - index,
      })),
    },
  })
  await bundled.close()
}

/** What is loaded together is one file: a module, with all that it needs and no file above has. */
const groups = [
  ['protocol', 'protocol/.*'],
  ['common', 'errors|version|option'],
  ['tls', 'kubeconfig/(tls|server|proxy-url)|auth/(header|bounded-file|token-file|impersonation)'],
  ['kubeconfig', '(kubeconfig|yaml)/.*'],
  ['client', 'index|cluster|pod'],
  ['pods', 'pods/(find-pod|find-pods|default-container)'],
  ['program', 'cli/(program|command|report)'],
  ['session', 'cli/exec-command'],
]

/**
 * An `import` of a module of Node's own makes Node read all that it exports, and what is there on demand only is loaded:
 * the whole of undici for `node:http`. And one of `ws` makes it look for the names in a dozen CommonJS files. That is a
 * third of what the command takes to start.
 */
const quickImports = {
  name: 'quick-imports',
  renderChunk: (/** @type {string} */ code) => {
    const short = code
      .replace(
        /^import (?:(\w+)|\{([^}]*)\}) from "(node:[^"]+)";$/gm,
        (_, whole, names, module) =>
          `const ${whole ?? `{${names.replaceAll(' as ', ': ')}}`} = process.getBuiltinModule("${module}");`,
      )
      // A bundler is led to `ws` itself: see `imports` in package.json.
      .replace(/^import \{ WebSocket \} from "ws";$/m, 'import { WebSocket } from "#ws";')
    // Said once, where it is said twice.
    const call = 'process.getBuiltinModule('
    if (short.split(call).length < 3) return short
    const header = /^(?:(?:#!|import |\/\/).*\n)*/.exec(short)?.[0] ?? ''
    return `${header}const builtin = process.getBuiltinModule;\n${short.slice(header.length).replaceAll(call, 'builtin(')}`
  },
  generateBundle() {
    this.emitFile({
      type: 'asset',
      fileName: 'shared/ws.js',
      source:
        'export const { WebSocket } = process.getBuiltinModule("node:module").createRequire(import.meta.url)("ws")\n',
    })
  },
}

const entries = [
  'index',
  'protocol/index',
  'kubeconfig/index',
  'testing/index',
  'testing/certificate', // for bench
  'cli/main',
]

/**
 * Marks of what can be left out when it is not used: of the protocol, a page's bundler takes parts, of all else it takes
 * or leaves the whole (`sideEffects` of package.json).
 */
const fewAnnotations = {
  name: 'few-annotations',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk' || file.name === 'protocol') continue
      // One may stand in the place of a space, as behind `return`.
      file.code = file.code
        .replace(/\b\/\* @__PURE__ \*\/ /g, ' ')
        .replaceAll('/* @__PURE__ */ ', '')
    }
  },
}
