// The page's beginning: follows the emulator and draws what it says.
import { render } from 'preact';
import './style/page.css';
import './style/panels.css';
import './style/phone.css';
import './style/notification.css';
import './style/details.css';
import './style/views.css';
import { App } from './components/app.tsx';
import { openLive } from './live.ts';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element #page.');
root.replaceChildren();
render(<App live={openLive()} />, root);
