-- Files are made when a mail is sent, and kept nowhere; what is told only once is told once by its notice.
drop table kernel.mail_files;
alter table kernel.mails drop column dedupe_key;
