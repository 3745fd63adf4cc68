-- Books one free place per request, over all events and people named in the files, each request under a key of its own.
-- Arguments: file of access tokens, file of event ids.
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

local function lines(path)
  local all = {}
  for line in io.lines(path) do all[#all + 1] = line end
  return all
end

function init(arguments)
  tokens, events = lines(arguments[1]), lines(arguments[2])
  math.randomseed(os.time() * 64 + id)
  salt, count = math.random(0, 0xffffff), 0
  headers, bodies = {}, {}
  for i, token in ipairs(tokens) do headers[i] = "Bearer " .. token end
  for i, event in ipairs(events) do bodies[i] = '{"eventId":"' .. event .. '","quantity":1}' end
end

function request()
  count = count + 1
  return wrk.format("POST", "/api/v1/bookings", {
    ["Authorization"] = headers[count % #headers + 1],
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = string.format("%06x%02x-0000-4000-8000-%012x", salt, id, count),
  }, bodies[(count * 7919 + id) % #bodies + 1])
end

function done(summary, latency, requests)
  print(string.format("RESULT %d %d %d %d %d %d %d", summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
