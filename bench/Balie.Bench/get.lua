-- Gets one address. Argument: its path.
function init(arguments)
  path = arguments[1]
end

function request()
  return wrk.format("GET", path)
end

function done(summary, latency, requests)
  print(string.format("RESULT %d %d %d %d %d %d %d", summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
