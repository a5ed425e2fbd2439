'use strict';

// Show what is said while the page is open.
new EventSource(document.currentScript.dataset.events).onmessage = (event) => {
  const line = document.createElement('li');
  line.textContent = event.data;
  document.getElementById('said').append(line);
};
