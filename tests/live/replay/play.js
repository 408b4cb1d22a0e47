// Makes the requests of recorded cases in this page, all at once, and tells what its script sees.
(requests) => {
  const PATIENCE = 8000;

  const bodies = {
    string: ({ value }) => value,
    blob: ({ value, ctype }) => new Blob([value], { type: ctype }),
    file: ({ value, ctype }) => new File([value], "file", { type: ctype }),
    urlsearchparams: ({ value }) => new URLSearchParams(value),
    uint8array: ({ value }) => new TextEncoder().encode(value),
    stream: ({ value }) => new Blob([value]).stream(),
    formdata: ({ value }) => {
      const form = new FormData();
      form.append("field", value);
      return form;
    },
  };

  const bodyOf = ({ body }) => (body ? bodies[body.type](body) : undefined);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  // What is not of `RequestInit` among the keys is not read by fetch.
  async function byFetch(request) {
    const duplex = request.body?.type === "stream" ? { duplex: "half" } : {};
    const response = await fetch(request.url, { ...request, ...duplex, body: bodyOf(request) });
    const seen = {
      settled: "resolved",
      type: response.type,
      status: response.status,
      headers: [...response.headers.keys()],
    };
    await response.text().catch(() => {});
    return seen;
  }

  function byXhr(request) {
    const xhr = new XMLHttpRequest();
    const seen = () => {
      const lines = xhr.getAllResponseHeaders().split("\r\n").filter(Boolean);
      return { status: xhr.status, headers: lines.map((line) => line.split(":")[0]) };
    };
    return new Promise((resolve) => {
      xhr.open(request.method ?? "GET", request.url, !request.sync);
      if ("withCredentials" in request) xhr.withCredentials = request.withCredentials;
      if (request.upload_listener) xhr.upload.onprogress = () => {};
      for (const [name, value] of request.headers ?? []) xhr.setRequestHeader(name, value);
      xhr.onload = () => resolve({ settled: "resolved", ...seen() });
      xhr.onerror = () => resolve({ settled: "rejected", ...seen() });
      xhr.send(bodyOf(request));
    });
  }

  async function play(request) {
    await wait(request.delay_before_ms ?? 0);
    return Promise.race([
      (request.api === "xhr" ? byXhr(request) : byFetch(request)).catch((error) => ({
        settled: "rejected",
        error: String(error),
      })),
      wait(request.timeout ?? PATIENCE).then(() => ({ settled: "timeout" })),
    ]);
  }

  return Promise.all(requests.map(play));
}
