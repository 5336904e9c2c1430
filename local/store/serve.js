// Serves dynalite on loopback and prints the port on standard output. It ends when its standard input closes: the
// program that started it holds the other end, so it cannot outlive that program, however that program ends.
const dynalite = require('dynalite')
const readline = require('readline')
const stream = require('stream')

const db = require('dynalite/db')

// DynamoDB refuses an empty text as the value of an index key; dynalite accepts it. This check runs before each write,
// when the conditions hold, with the item as it will be; dynalite's actions look it up in its module each time.
const updateIndexes = db.updateIndexes
db.updateIndexes = (store, table, existing, item, done) => {
  const refused = item && db.traverseIndexes(table, (attr, type, index) => {
    if (item[attr]?.[type] !== '') return null
    const kind = type === 'B' ? 'binary' : 'string'
    return db.validationError('One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
      `The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index.IndexName}, IndexKey: ${attr}`)
  })
  if (refused) return done(refused)
  if (watched.has(table.TableName) && item && JSON.stringify(item) !== JSON.stringify(existing)) {
    console.log(JSON.stringify({ table: table.TableName, old: existing, item }))
  }
  updateIndexes(store, table, existing, item, done)
}

// Tables whose changes are told on standard output, in the order in which they happen: dynalite has no streams. Their
// names come on standard input, one a line. A change that does not change the item is none, as for DynamoDB.
const watched = new Set()
readline.createInterface({ input: process.stdin }).on('line', (name) => watched.add(name))

// What is not kept on disk goes through no database: dynalite's one in memory encodes each item for each index and makes
// promises and streams for each row, which is most of a request's work. Rows stands in the place of one of its tables; the
// texts of the keys sort as their bytes do, because dynalite writes them in hexadecimal digits.
class Rows {
  texts = new Map() // JSON by key: who gets a value may change it
  keys = []

  // at is where in the sorted keys a key stands or would stand.
  at (key) {
    let low = 0
    for (let high = this.keys.length; low < high;) {
      const middle = (low + high) >> 1
      if (this.keys[middle] < key) low = middle + 1
      else high = middle
    }
    return low
  }

  set (key, value) {
    if (!this.texts.has(key)) this.keys.splice(this.at(key), 0, key)
    this.texts.set(key, JSON.stringify(value))
  }

  remove (key) {
    if (this.texts.delete(key)) this.keys.splice(this.at(key), 1)
  }

  // between are the keys that a query asks for.
  between ({ gt, gte, lt, lte, reverse, limit } = {}) {
    let from = 0
    let to = this.keys.length
    if (gte !== undefined) from = this.at(gte)
    if (gt !== undefined) from = this.texts.has(gt) ? this.at(gt) + 1 : this.at(gt)
    if (lt !== undefined) to = this.at(lt)
    if (lte !== undefined) to = this.texts.has(lte) ? this.at(lte) + 1 : this.at(lte)
    const keys = this.keys.slice(from, Math.max(from, to))
    if (reverse) keys.reverse()
    return limit >= 0 ? keys.slice(0, limit) : keys
  }

  // read streams in the old way, which dynalite's Lazy turns everything into.
  read (keys, value) {
    const out = new stream.Stream()
    let open = true
    out.destroy = () => { open = false }
    process.nextTick(() => {
      for (const key of keys) if (open) out.emit('data', value(key))
      out.emit('end')
    })
    return out
  }

  // over gives a table of dynalite's these rows.
  over (table) {
    const value = (key) => {
      const text = this.texts.get(key)
      return text === undefined ? undefined : JSON.parse(text)
    }
    return Object.assign(table, {
      rows: this,
      get: (key, done) => done(null, value(key)),
      put: (key, item, done) => { this.set(key, item); done(null) },
      del: (key, done) => { this.remove(key); done(null) },
      batch: (all, done) => {
        for (const { type, key, value } of all) {
          if (type === 'del') this.remove(key)
          else this.set(key, value)
        }
        done(null)
      },
      createKeyStream: (range) => this.read(this.between(range), (key) => key),
      createValueStream: (range) => this.read(this.between(range), value),
    })
  }
}

const create = db.create
db.create = (options) => {
  const store = create(options)
  if (options.path) return store
  const inMemory = (table) => table.rows ? table : new Rows().over(table)
  inMemory(store.tableDb)
  for (const name of ['getItemDb', 'getIndexDb', 'getTagDb']) {
    const find = store[name]
    store[name] = (...which) => inMemory(find(...which))
  }
  return store
}

const { port, path } = JSON.parse(process.argv[1])
const server = dynalite({ path: path || undefined, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 })

server.on('error', (err) => {
  console.error(err.code === 'EADDRINUSE' ? `port ${port} is in use` : err.stack)
  process.exit(1)
})
server.listen(port, '127.0.0.1', () => console.log(server.address().port))

// dynalite throws when a client disconnects while it sends, as one does that waits no longer. The error is ignored.
process.on('uncaughtException', (err) => {
  if (err.code === 'ECONNRESET' || err.code === 'EPIPE') return
  console.error(err.stack)
  process.exit(1)
})

process.stdin.on('end', () => {
  server.closeAllConnections()
  server.close((err) => process.exit(err ? 1 : 0)) // writes to disk what is still in memory
})
