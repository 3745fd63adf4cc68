-- Books one free place per request, over all events and people named in the files, each request under a key of its own.
-- Arguments: file of access tokens, file of event ids, eight hexadecimal digits that no other run has.
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

-- Everything but the key is written once: the generator shares the processors with what it measures.
function init(arguments)
  count, heads, tails = 0, {}, {}
  key = arguments[3] .. string.format("-%04x-4000-8000-", id) .. "%012x"
  for i, token in ipairs(lines(arguments[1])) do
    heads[i] = "POST /api/v1/bookings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer "
      .. token .. "\r\nIdempotency-Key: "
  end
  for i, event in ipairs(lines(arguments[2])) do
    local body = '{"eventId":"' .. event .. '","quantity":1}'
    tails[i] = "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
  end
end

function request()
  count = count + 1
  return heads[count % #heads + 1] .. string.format(key, count) .. tails[(count * 7919 + id) % #tails + 1]
end

function done(summary, latency, requests)
  print(string.format("RESULT %d %d %d %d %d %d %d", summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
