// Loaded before the peer (see peer_test.go): its model of calls becomes a map whose operations take as long as ours in
// the store, and what it sends to Twilio goes to a server of the benchmark. All else of it stays as it is.
'use strict'
const Module = require('module')
const https = require('https')
const http = require('http')
const path = require('path')

const took = Number(process.env.PEER_STORE_MS)
const twilio = new URL(process.env.PEER_TWILIO)
const calls = {}

function later (value, done) {
  return new Promise(function (resolve) {
    setTimeout(function () {
      if (done) done(null, value)
      resolve(value)
    }, took)
  })
}

const model = {
  findOneAndUpdate: function (which, call) {
    calls[which.agentId] = call
    return later(call)
  },
  findOne: function (which, done) {
    return later(calls[which.agentId] || { agentId: which.agentId, conferenceId: 'CA1' }, done)
  },
}

const load = Module._load
Module._load = function (request, parent, isMain) {
  if (parent && path.resolve(path.dirname(parent.filename || '.'), request) === path.resolve('models/call')) {
    return model
  }
  const loaded = load(request, parent, isMain)
  if (request === 'mongoose') loaded.connect = function () { return Promise.resolve() } // no database is there
  return loaded
}

// Each request opens a connection, as the sample's own do; without TLS, as ours here.
const agent = new http.Agent()
https.request = function (to, ...rest) {
  return http.request({
    agent: agent, host: twilio.hostname, port: twilio.port, method: to.method, path: to.path, headers: to.headers,
  }, ...rest.filter(function (each) { return typeof each === 'function' }))
}
