/**
 * A timer that also runs in a hidden tab. Browsers slow a hidden page's own timers down to one a minute
 * (https://developer.chrome.com/blog/timer-throttling-in-chrome-88), and the server takes a page that beats once a
 * minute for closed. A worker's timers are not slowed down.
 */
setInterval(() => postMessage(0), 500);
