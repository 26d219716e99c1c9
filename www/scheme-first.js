// Before the first paint; scheme.js does the rest.
try {
  document.documentElement.dataset.scheme = localStorage["flow-matching-lab.scheme"] ?? "";
} catch {}
