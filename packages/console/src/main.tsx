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

const root = document.createElement('div');
root.id = 'page';
document.body.append(root);
render(<App live={openLive()} />, root);
