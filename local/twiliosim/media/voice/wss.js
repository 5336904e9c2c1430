// Added to the page by the local stack only, before the page's own scripts. The Voice SDK
// puts wss:// before the host of its signalling, and takes window.WebSocket when it is
// loaded. On this machine there is no certificate and none is needed: a page from
// 127.0.0.1 or localhost is a secure context. Which host is meant says the script
// element: <script src="wss.js" data-host="127.0.0.1:8081"></script>. Any other address is
// left as it is, and so is every host that is not this machine.
(() => {
  const host = document.currentScript.dataset.host;
  const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);
  const Native = window.WebSocket;

  window.WebSocket = class WebSocket extends Native {
    constructor(address, protocols) {
      const url = new URL(address, location.href);
      if (url.protocol === 'wss:' && url.host === host && loopback.has(url.hostname)) {
        url.protocol = 'ws:';
      }
      super(url, ...(protocols === undefined ? [] : [protocols]));
    }
  };
})();
