"""The room of service records, stars and certificates (志愿服务记录与证明)."""
