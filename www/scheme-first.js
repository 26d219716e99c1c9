// The reader's colours, before anything is painted: modules would come too late (scheme.js does the rest).
try {
  document.documentElement.dataset.scheme = localStorage["flow-matching-lab.scheme"] ?? "";
} catch {
  // private browsing
}
