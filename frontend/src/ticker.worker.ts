/**
 * A beat that goes on in a hidden tab. A page's own timers are held back to one a minute there, and a desk that
 * beats once a minute is taken for closed; a worker's timers are not.
 */
setInterval(() => postMessage(0), 500);
